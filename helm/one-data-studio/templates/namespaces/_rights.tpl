{{- /* Who may do what in the namespaces of workspaces: the rules by the service account that has them, as JSON. */}}
{{- define "onedata.namespaces.accounts" -}}
{{- $accounts := include "onedata.studio.accounts" . | fromJson -}}
{{- if .Values.jupyterhub.enabled -}}
{{- $_ := set $accounts (include "onedata.hub.account" .) "onedata.hub.rules" -}}
{{- end -}}
{{- toJson $accounts -}}
{{- end }}

{{- /* What the hub may do where it starts servers; its own chart gives it that in the release's namespace. */}}
{{- define "onedata.hub.rules" -}}
- apiGroups: [""]
  resources: [pods, persistentvolumeclaims]
  verbs: [get, watch, list, create, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [get, watch, list]
{{- end }}
