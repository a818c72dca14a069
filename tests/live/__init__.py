"""The generated packages over real sockets and in real time, for promises that virtual time cannot test."""
