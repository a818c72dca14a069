"""The bodies of requests and replies, as the engines send and receive them."""
