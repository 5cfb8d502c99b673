"""Everything that makes weights: data readers, synthetic motion, augmentation, training loops."""
