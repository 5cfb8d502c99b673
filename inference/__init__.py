"""Video in, exercise and repetitions out. Pure Python with numpy, torch, OpenCV and ffmpeg; nothing of the web."""
