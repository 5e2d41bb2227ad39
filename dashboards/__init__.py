"""The pages: a reader of hospital_twin that sees its public names only."""
