"""What copies of pictures undergo, family by family, at graded strength."""
