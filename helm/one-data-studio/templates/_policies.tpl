{{- /* Pods of the hub's chart as peers of a policy in whatever namespace: (dict "root" . "component" "proxy"). */}}
{{- define "onedata.peer" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/component: {{ .component }}
    app.kubernetes.io/instance: {{ .root.Release.Name }}
namespaceSelector:
  matchLabels:
    kubernetes.io/metadata.name: {{ .root.Release.Namespace }}
{{- end }}

{{- /* Servers or runs in the namespaces of workspaces as peers: (dict "root" . "component" "job-run"). */}}
{{- define "onedata.peers" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/component: {{ .component }}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: In
      values: {{ values .root.Values.global.onedata.namespaces | sortAlpha | toJson }}
{{- end }}

{{- /* The spec of the policy for runs, in whatever namespace. */}}
{{- define "onedata.run.policy" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/component: job-run
    app.kubernetes.io/managed-by: one-data-studio
policyTypes: [Ingress, Egress]
egress:
  {{- include "onedata.user.egress" . | nindent 2 }}
{{- end }}

{{- /* The platform's own door, with HTTPS and without: a Service's traffic arrives at the ports of its pods. */}}
{{- define "onedata.proxy.egress" -}}
- ports:
    - port: 8000
    - port: 8443
  to:
    - {{ include "onedata.peer" (dict "root" . "component" "proxy") | nindent 6 | trim }}
- ports:
    - port: 8080
    - port: 8443
  to:
    - {{ include "onedata.peer" (dict "root" . "component" "autohttps") | nindent 6 | trim }}
{{- end }}

{{- /* What servers and runs reach: the platform through its proxy, names, the world outside. */}}
{{- define "onedata.user.egress" -}}
{{- $values := .Values.jupyterhub }}
{{- $server := dig "singleuser" "networkPolicy" dict $values }}
{{- $allowed := $server.egressAllowRules | default dict }}
{{- $private := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" }}
{{- $metadata := printf "%s/32" (dig "singleuser" "cloudMetadata" "ip" "169.254.169.254" $values) }}
{{- if $values.enabled }}
{{ include "onedata.proxy.egress" . }}
{{- end }}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
  to:
    # On some clouds the metadata server gives the names.
    - ipBlock: {cidr: {{ $metadata }}}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
    {{- range $private }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
{{- if dig "nonPrivateIPs" true $allowed }}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: {{ toJson (append $private $metadata) }}
{{- end }}
{{- if dig "privateIPs" false $allowed }}
- to:
    {{- range $private }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
{{- end }}
{{- with $server.egress }}
{{ toYaml . }}
{{- end }}
{{- end }}
