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

{{- /* Who reaches a service: (dict "root" . "name" "mlflow"). Nobody is empty: a bare `from:` is everybody. */}}
{{- define "onedata.service.peers" -}}
{{- if .root.Values.jupyterhub.enabled }}
{{- range $component := list "proxy" "hub" }}
- podSelector:
    matchLabels:
      app.kubernetes.io/component: {{ $component }}
      app.kubernetes.io/instance: {{ $.root.Release.Name }}
{{- end }}
{{- end }}
{{- if eq .name (include "onedata.api.name" .root) }}
# MLflow asks for workspaces and brings lineage.
- podSelector:
    matchLabels:
      {{- include "onedata.matchLabels" (dict "root" .root "component" (include "onedata.mlflow.name" .root)) | nindent 6 }}
{{- with .root.Values.networkPolicy.metricsFrom }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- with .root.Values.networkPolicy.proxyFrom }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The spec of the policy for runs, in whatever namespace. */}}
{{- define "onedata.run.policy" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/component: job-run
    app.kubernetes.io/managed-by: one-data-studio
{{- if include "onedata.servers.held" . }}
policyTypes: [Ingress, Egress]
egress:
  {{- include "onedata.user.egress" . | nindent 2 }}
{{- else }}
policyTypes: [Ingress]
{{- end }}
{{- end }}

{{- /* Whether a policy says what servers reach, and with them runs: empty where none does. */}}
{{- define "onedata.servers.held" -}}
{{- ternary "yes" "" (dig "singleuser" "networkPolicy" "enabled" true .Values.jupyterhub) }}
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

{{- /* What servers and runs reach: the platform through its proxy, and what the rules of the hub's chart allow. */}}
{{- define "onedata.user.egress" -}}
{{- $values := .Values.jupyterhub }}
{{- $server := dig "singleuser" "networkPolicy" dict $values }}
{{- $allowed := $server.egressAllowRules | default dict }}
{{- $private := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" }}
{{- $metadata := printf "%s/32" (dig "singleuser" "cloudMetadata" "ip" "169.254.169.254" $values) }}
{{- if $values.enabled }}
{{ include "onedata.proxy.egress" . }}
{{- end }}
{{- with include "onedata.user.names" (dict "allowed" $allowed "private" $private "metadata" $metadata) }}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
  to:
    {{- . | nindent 4 }}
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
{{- if dig "cloudMetadataServer" false $allowed }}
- to:
    - ipBlock: {cidr: {{ $metadata }}}
{{- end }}
{{- with $server.egress }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Who is asked for names: (dict "allowed" egressAllowRules "private" blocks "metadata" block). */}}
{{- define "onedata.user.names" -}}
{{- $peers := list }}
{{- if dig "dnsPortsCloudMetadataServer" true .allowed }}
{{- $peers = append $peers (dict "ipBlock" (dict "cidr" .metadata)) }}
{{- end }}
{{- if dig "dnsPortsKubeSystemNamespace" true .allowed }}
{{- $system := dict "kubernetes.io/metadata.name" "kube-system" }}
{{- $peers = append $peers (dict "namespaceSelector" (dict "matchLabels" $system)) }}
{{- end }}
{{- if dig "dnsPortsPrivateIPs" true .allowed }}
{{- range .private }}{{ $peers = append $peers (dict "ipBlock" (dict "cidr" .)) }}{{ end }}
{{- end }}
{{- with $peers }}{{ toYaml . }}{{ end }}
{{- end }}
