"""The auditor (kiểm tra): verify chains and checkpoints, replay dossiers."""
