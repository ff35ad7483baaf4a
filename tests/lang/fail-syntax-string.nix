"never ended ${x
