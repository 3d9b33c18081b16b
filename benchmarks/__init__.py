"""What `make bench` runs: us, the floor and the peers side by side, each in its own process."""
