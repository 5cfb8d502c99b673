"""Video in, exercise and repetitions out. Pure Python with numpy, torch, OpenCV and ffmpeg; knows nothing of the web."""
