"""A photo small enough for a command line, so that a service has an example that works."""

SAMPLE_PHOTO = (
    "UklGRlgBAABXRUJQVlA4IEwBAAAQEACdASpwAHAAPxF8s1GsKCSirxLKwYAiCWkAElUMHH9cLnxLKXmk29UdZBzj"
    "209g4x+C8xxnH+1qr1UGViLEXLbZX6joPrq2YggLLos1gTJOhXqIInm7lbp2f9Qiyh++7JASR/1hhUhxD96zjwR6"
    "PjOW2SNDSovw3qT7BcSV3shYKHYZ3mFnAAD+0Liz6fxTdkHzAwYQ+slwIE8RV92dhMcviBaJa7VZTdSdhaIMSdh+"
    "tflQPVNIn8IJT8/P2GLu8n44WbFfLFIA/3/a6GzPIc8VvFTP12KYhza18MrRUM7xqiFhqlWZoQ/O8lmq9ZY7TIoR"
    "MNbnD3ifOj4Q9JFLWRjIvHJ46TjF7rYaabfK9zlvrwroDmW/dGjDdy4gPB3AhYrMEgLNYQq64VaNQ9jwuGmGzjWM"
    "RocuZs90mpXGqSlnXG0Q4wZ1YAAAAA=="
)
"""What `input_bytes` may be: base64 of a WebP of 352 bytes with the face of nobody, a drawn one."""
