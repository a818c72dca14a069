"""Jobs on engines that survive the loss of a machine. Each adapter is a folder, and needs the extra of its name."""
