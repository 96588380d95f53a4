"""The open inference protocol: what KServe, Seldon, Triton and their clients speak.

https://github.com/kserve/open-inference-protocol, with Triton's binary tensor data extension.
"""
