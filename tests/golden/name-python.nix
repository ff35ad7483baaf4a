{ lib, numpy, Pillow, opencv, spandrell }:

numpy
