({ name, version }: name) { name = "x"; verison = 1; }
