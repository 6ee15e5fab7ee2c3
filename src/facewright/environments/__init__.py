"""Where services live: the engines that run them on this machine."""
