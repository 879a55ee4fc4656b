"""The environment variables through which the parts find one another."""

STUDIO_URL = "ONEDATA_STUDIO_URL"  # http(s)://…/services/studio, no slash at the end
MLFLOW_URL = "ONEDATA_MLFLOW_URL"  # http(s)://…/services/mlflow; without it, beside the studio
WORKSPACE = "ONEDATA_WORKSPACE"  # the workspace used where none is named
TOKEN = "JUPYTERHUB_API_TOKEN"  # the caller's hub token, in a server or a job
TOKEN_OUTSIDE = "ONEDATA_TOKEN"  # the caller's hub token outside of both; comes before the other
RUN_ID = "ONEDATA_RUN_ID"  # set in the kernel of a job run
RUN_KEY = "ONEDATA_RUN_KEY"  # set for the runner alone, never in its kernel
RUN_LIMITS = "ONEDATA_RUN_LIMITS"  # RunLimits as JSON, for a runner that fetches its orders
NOTEBOOK_PATH = "ONEDATA_NOTEBOOK_PATH"  # set in the kernel of a job run
NOTEBOOK_DIGEST = "ONEDATA_NOTEBOOK_DIGEST"  # set in the kernel of a job run
NOTEBOOK_SUBMITTED = "ONEDATA_NOTEBOOK_SUBMITTED"  # in the kernel of a job run: the file that was submitted
CACHE_DIR = "ONEDATA_CACHE_DIR"  # where downloaded dataset files are kept
PROFILE = "ONEDATA_PROFILE"  # the server profile in use
PROFILE_OPTIONS = "ONEDATA_PROFILE_OPTIONS"  # what was chosen within it, as a JSON map
IDLE_TIMEOUT = "ONEDATA_IDLE_TIMEOUT_SECONDS"  # in a server: when the hub stops it if it is idle; 0 is never
SERVER_SECONDS = "ONEDATA_SERVER_SECONDS"  # in a server: how long it may run; not set where it may for ever
SESSION_FILE = "ONEDATA_SESSION_FILE"  # where the kernel of a job run notes what it read, wrote and tracked
CACHE_BYTES = "ONEDATA_CACHE_BYTES"  # how large the cache of downloaded files may grow, 50 GB by default
FULL_TRACEBACKS = "ONEDATA_FULL_TRACEBACKS"  # 1 shows all frames of an error of the library in a notebook
PACKAGES = "ONEDATA_PACKAGES"  # the environment in the home to which people add packages; empty uses none
HOME_TROUBLE = "ONEDATA_HOME_TROUBLE"  # in a server: what of the home was left out at its start, as JSON
