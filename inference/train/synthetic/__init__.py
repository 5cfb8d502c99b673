"""Synthetic motion: a body in three dimensions performs every exercise of the catalogue in front of a random camera.

It lets the classifier learn what few or no clips show, and gives the counter motion whose every turn is known.
"""

from inference.train.synthetic.scene import Synthetic, slugs, synthesise

__all__ = ["Synthetic", "slugs", "synthesise"]
