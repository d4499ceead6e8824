"""Floor 10, a run as a service: Open Inference Protocol v2, and TensorFlow Serving's REST.

    uvicorn ── admission ── application ─┬─ open_inference     ─┐
               (who, how much)           └─ tensorflow_serving ─┴─ batching ── Answering (pipeline)

One thread hears the network; another reads requests, joins their rows and answers them, so that
health is told whatever the network of the run is doing.
"""
