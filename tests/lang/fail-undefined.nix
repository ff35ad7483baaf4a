let number = 1; in numbr + 1
