{{- /* The rules of each of the studio's service accounts, as JSON. */}}
{{- define "onedata.studio.accounts" -}}
{{- dict (include "onedata.api.name" .) "onedata.api.rules" (include "onedata.jobs.name" .) "onedata.jobs.rules" | toJson -}}
{{- end }}

{{- /* What each part of the studio may do where runs are. The API reads how runs are. */}}
{{- define "onedata.api.rules" -}}
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list]
{{ include "onedata.run.reading" . }}
{{- end }}

{{- /* What looks after runs may start and end them too. */}}
{{- define "onedata.jobs.rules" -}}
# A run is a Job. It is watched for its end, given a deadline of now to cancel it, and deleted when all is recorded.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create, get, list, watch, patch, delete]
# What only its runner may know. It goes with the Job, and is never read here.
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
# The home of somebody whose first run comes before their first server. It outlives the run, as the hub's do.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [create, get]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
{{ include "onedata.run.reading" . }}
{{- end }}

{{- define "onedata.run.reading" -}}
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
# Why a pod cannot be placed, or its image not be had.
- apiGroups: [""]
  resources: [events]
  verbs: [get, list]
{{- end }}
