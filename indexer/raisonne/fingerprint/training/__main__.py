"""Command line of the training: ``python -m raisonne.fingerprint.training``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from raisonne.fingerprint.copy_embedder import SIDE
from raisonne.fingerprint.training.export import export
from raisonne.fingerprint.training.pictures import load_folder, split
from raisonne.fingerprint.training.record import write_record
from raisonne.fingerprint.training.trainer import Plan, TrainingPictures, train
from raisonne.fingerprint.training.views import whole_view

_CALIBRATED = 128


def main() -> int:
    """Train, resuming where the folder holds a checkpoint, and export the weights."""
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    pictures = [picture for folder in options.data for picture in load_folder(folder)]
    training, held_out = split(pictures, options.held_out)
    extra = [picture for folder in options.extra for picture in load_folder(folder)]
    sets = TrainingPictures(training, extra, held_out)
    plan = Plan(steps=options.steps, minutes=options.minutes, seed=options.seed)
    network = train(plan, sets, options.out)
    views = np.stack([whole_view(picture, SIDE) for picture in training[:_CALIBRATED]])
    export(network, views, options.out)
    if options.sources:
        write_record(options.sources, sets, options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m raisonne.fingerprint.training",
        description="Train the copy-detection descriptor on folders of pictures.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="DIR",
        help="pictures to train on, a part of them held out for validation; may be repeated",
    )
    parser.add_argument(
        "--extra",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="pictures to train on only; may be repeated",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the weights, the log and the checkpoint that a later call resumes",
    )
    parser.add_argument(
        "--sources",
        type=Path,
        metavar="CSV",
        help="table with a sha256 column: what is known of the --data pictures is recorded",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=80.0, help="length in processor time")
    length.add_argument("--steps", type=int, help="length in steps, the same on every run")
    parser.add_argument(
        "--held-out",
        type=float,
        default=0.35,
        metavar="SHARE",
        help="share of the --data pictures held out, chosen by the digests of the files",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
