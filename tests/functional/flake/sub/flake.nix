{ outputs = { self }: { value = 21; }; }
