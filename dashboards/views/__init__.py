"""Pictures: in each file `prepare` takes what is known and gives a frame, `figure` takes the frame; both are pure."""
