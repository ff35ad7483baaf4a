# Lines of text to lines of a C string.
s/\\/\\\\/g
s/"/\\"/g
s/^/"/
s/$/\\n"/
