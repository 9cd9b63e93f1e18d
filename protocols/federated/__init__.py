"""Models that several parties train together, each on data that it keeps."""
