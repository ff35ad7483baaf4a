"no function"
