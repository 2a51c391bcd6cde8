"""The pure core: flows are read, proved and walked here, with no input, output, clock or chance."""
