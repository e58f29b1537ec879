"""A Discord on loopback: REST, gateway and a page to use it from, as strict as Discord itself.

This package imports neither the rest of `bot` nor discord.py, so a bot that works against it has really used Discord's
API. See `server.Sandbox`.

Packages import only those above them in this list:

- `models`: plain data; `clock`, `errors`
- `state`: the running sandbox, and the parts that keep it
- `serializers`: Discord's JSON objects
- `validate`: checks of request bodies
- `services`: every change of the state
- `cdn`, `gateway`, `rest`: what the bot calls
- `page`: what the web page calls
- `control`: faults and changes on demand, for tests
- `server`: starts all of it
"""
