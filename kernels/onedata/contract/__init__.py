"""The wire types that travel between the parts: plain data, nothing heavy.

One module a resource. The studio answers with these types, the kernel library and the
JupyterLab server extension read them; nobody else defines a shape that crosses a process.
"""

API_PREFIX = "/api/v1"
# JupyterHub's own answers carry it, and no service's: with it, the proxy knew no way to the service that was asked.
OF_THE_HUB = "X-JupyterHub-Version"
