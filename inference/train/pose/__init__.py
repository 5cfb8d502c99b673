"""Training of the pose network: shards of labelled people in, weights out."""
