name = "x";
