"""What every package made by Bide shares: requests, waiting, errors.

The files here are ordinary Python, tested in Bide's own repository and copied byte for byte into each generated
package as `_runtime`. They know no provider, and import nothing but each other, the standard library, msgspec and, in
each of the transports, one HTTP engine.
"""
