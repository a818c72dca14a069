"""The generated packages over real sockets and in real time: what no test in virtual time can show."""
