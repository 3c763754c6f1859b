"""Vector engines beyond this process, chosen by URI; they propose candidates only."""
