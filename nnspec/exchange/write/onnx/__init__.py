"""Floor 8, ONNX: a trained program as one graph, written from our own network and its weights.

Only NumPy and onnx are imported, no TensorFlow and no Keras: front, network and back are said in
operators of ONNX, one module for each family of layers (`forms` finds a layer's).
"""
