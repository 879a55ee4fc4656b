{{- /* Names. One release to a namespace, as with Zero to JupyterHub: the hub finds the services by these. */}}
{{- define "onedata.api.name" -}}studio-api{{- end }}
{{- define "onedata.jobs.name" -}}studio-jobs{{- end }}
{{- define "onedata.studio.name" -}}studio{{- end }}
{{- define "onedata.mlflow.name" -}}mlflow{{- end }}
{{- define "onedata.objects.name" -}}onedata-objects{{- end }}
{{- define "onedata.database.name" -}}onedata-database{{- end }}
{{- define "onedata.secret.name" -}}{{ .Values.secrets.existingSecret | default "onedata" }}{{- end }}
{{- define "onedata.objects.claim" -}}
{{ .Values.global.onedata.objects.pvc.existingClaim | default (include "onedata.objects.name" .) }}
{{- end }}

{{- /* The port that both services listen on, and the folder in which everything of theirs is mounted. */}}
{{- define "onedata.port" -}}8000{{- end }}
{{- define "onedata.folder" -}}/srv/onedata{{- end }}

{{- /* The hub's service account, as its own chart names it. */}}
{{- define "onedata.hub.account" -}}
{{ dig "hub" "serviceAccount" "name" "" .Values.jupyterhub | default (include "jupyterhub.hub.fullname" .) }}
{{- end }}

{{- /* Labels: (dict "root" . "component" "studio-api"). */}}
{{- define "onedata.matchLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}
{{- define "onedata.labels" -}}
{{ include "onedata.matchLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "onedata.image" -}}
{{- with .Values.image -}}
{{ .name }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- /* Where the hub is: the one of this release, or the one that the values name. */}}
{{- define "onedata.hub.apiUrl" -}}
{{- if .Values.hub.apiUrl -}}{{ .Values.hub.apiUrl }}
{{- else if .Values.jupyterhub.enabled -}}http://{{ include "jupyterhub.hub.fullname" . }}:8081/hub/api
{{- else -}}{{ fail "Without jupyterhub.enabled the services need hub.apiUrl: the address of your hub's API, such as http://hub.jupyter.svc:8081/hub/api." }}
{{- end }}
{{- end }}
{{- define "onedata.hub.tokensSecret" -}}
{{- if .Values.hub.tokensSecret -}}{{ .Values.hub.tokensSecret }}
{{- else if .Values.jupyterhub.enabled -}}{{ include "jupyterhub.hub.fullname" . }}
{{- else -}}{{ fail "Without jupyterhub.enabled the services need hub.tokensSecret: a Secret with the keys hub.services.studio.apiToken and hub.services.mlflow.apiToken." }}
{{- end }}
{{- end }}

{{- /* The platform's address as servers and job runs reach it, without a slash at the end. */}}
{{- define "onedata.publicUrl" -}}
{{- if .Values.global.onedata.publicUrl -}}{{ .Values.global.onedata.publicUrl | trimSuffix "/" }}
{{- else if .Values.jupyterhub.enabled -}}
http://{{ include "jupyterhub.proxy-public.fullname" . }}{{ if .Values.global.onedata.namespaces }}.{{ .Release.Namespace }}{{ end }}
{{- else -}}{{ fail "Without jupyterhub.enabled the services need global.onedata.publicUrl: the platform's address as servers and job runs reach it." }}
{{- end }}
{{- end }}

{{- /* What JupyterHub tells a service that it starts itself; here we tell: (dict "root" . "service" "studio"). */}}
{{- define "onedata.hub.env" -}}
- name: JUPYTERHUB_API_URL
  value: {{ include "onedata.hub.apiUrl" .root | quote }}
- name: JUPYTERHUB_API_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ include "onedata.hub.tokensSecret" .root }}
      key: hub.services.{{ .service }}.apiToken
- name: JUPYTERHUB_CLIENT_ID
  value: service-{{ .service }}
- name: JUPYTERHUB_SERVICE_NAME
  value: {{ .service }}
- name: JUPYTERHUB_SERVICE_PREFIX
  value: /services/{{ .service }}/
- name: JUPYTERHUB_SERVICE_URL
  value: http://0.0.0.0:{{ include "onedata.port" .root }}
{{- end }}

{{- /* An address in the object store: (dict "root" . "place" "objects"). */}}
{{- define "onedata.s3Url" -}}
{{- $s3 := .root.Values.global.onedata.objects.s3 -}}
{{- $place := ternary .place (printf "%s/%s" ($s3.prefix | trimAll "/") .place) (empty $s3.prefix) -}}
{{- $options := list -}}
{{- if $s3.endpointUrl }}{{ $options = append $options (printf "endpoint_url=%s" ($s3.endpointUrl | urlquery)) }}{{ end -}}
{{- if and $s3.publicEndpointUrl (eq .place "objects") }}{{ $options = append $options (printf "public_endpoint_url=%s" ($s3.publicEndpointUrl | urlquery)) }}{{ end -}}
{{- if and $s3.region (eq .place "objects") }}{{ $options = append $options (printf "region=%s" ($s3.region | urlquery)) }}{{ end -}}
s3://{{ required "global.onedata.objects.type is s3: name the bucket in global.onedata.objects.s3.bucket." $s3.bucket }}/{{ $place }}
{{- if $options }}?{{ join "&" $options }}{{ end }}
{{- end }}
{{- define "onedata.s3.env" -}}
{{- with .Values.global.onedata.objects }}
{{- if and (eq .type "s3") .s3.credentialsSecret }}
{{- range $variable := list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.global.onedata.objects.s3.credentialsSecret }}
      key: {{ $variable }}
{{- end }}
{{- end }}
{{- if and (eq .type "s3") .s3.region }}
- name: AWS_DEFAULT_REGION
  value: {{ .s3.region | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- /* A database's address: (dict "root" . "service" "studio"). The password comes from a Secret, whatever the type. */}}
{{- define "onedata.database.env" -}}
{{- $database := .root.Values.database -}}
{{- $variable := printf "ONEDATA_%s_DATABASE_URL" (upper .service) -}}
{{- if eq $database.type "sqlite" }}
- name: {{ $variable }}
  value: sqlite:///{{ include "onedata.folder" .root }}/{{ .service }}/{{ .service }}.sqlite
{{- else if eq $database.type "postgresql" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ required "database.type is postgresql: name the Secret with the databases' addresses in database.postgresql.existingSecret." $database.postgresql.existingSecret }}
      key: {{ index $database.postgresql (printf "%sKey" .service) }}
{{- else }}
- name: {{ $variable }}
  value: postgresql://{{ include "onedata.database.name" .root }}-rw/{{ .service }}
{{- range $name, $key := dict "PGUSER" "username" "PGPASSWORD" "password" }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "onedata.database.name" $.root }}-app
      key: {{ $key }}
{{- end }}
{{- end }}
{{- end }}

{{- define "onedata.extraEnv" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- /* Pod security "restricted". The user is that of servers: with a shared folder for objects they meet in its files. */}}
{{- define "onedata.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 100
fsGroup: 100
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}
{{- define "onedata.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* A claim's spec: (dict "storage" .Values.studio.storage "accessModes" (list "ReadWriteOnce")). */}}
{{- define "onedata.claim" -}}
accessModes: {{ toJson .accessModes }}
{{- with .storage.storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .storage.size }}
{{- end }}

{{- /* A secret's value: (dict "root" . "key" "mlflow-kek" "length" 43). Made once; what the cluster has stays. */}}
{{- define "onedata.secret.value" -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace (include "onedata.secret.name" .root) -}}
{{- $kept := dig "data" .key "" (default dict $found) -}}
{{- $kept | default (randAlphaNum .length | b64enc) }}
{{- end }}

{{- /* What the values cannot be together; each sentence says what to do. */}}
{{- define "onedata.check" -}}
{{- if and (eq .Values.database.type "sqlite") (or (gt (int .Values.studio.api.replicas) 1) (gt (int .Values.studio.jobs.replicas) 1)) }}
{{- fail "database.type is sqlite, which one studio pod alone can use: studio.api.replicas and studio.jobs.replicas must be 1. Set database.type to postgresql or cloudnative-pg for more." }}
{{- end }}
{{- with .Values.global.onedata.namespaces }}
{{- if eq $.Values.global.onedata.objects.type "pvc" }}
{{- fail "global.onedata.namespaces: a volume is mounted in one namespace alone, so objects cannot be on one. Set global.onedata.objects.type to s3." }}
{{- end }}
{{- if has $.Release.Namespace (values .) }}
{{- fail (printf "global.onedata.namespaces: %s is the release's own namespace. Name another for the workspace." $.Release.Namespace) }}
{{- end }}
{{- if ne (len (values .)) (len (values . | uniq)) }}
{{- fail "global.onedata.namespaces: two workspaces have one namespace, and homes of one would be in the other. Name one for each." }}
{{- end }}
{{- end }}
{{- if and .Values.jupyterhub.enabled (ne (dig "hub" "baseUrl" "/" .Values.jupyterhub) "/") }}
{{- fail "jupyterhub.hub.baseUrl must be /: the platform has a host name of its own. Leave it out." }}
{{- end }}
{{- $https := dig "proxy" "https" dict .Values.jupyterhub }}
{{- if and .Values.jupyterhub.enabled $https.enabled (ne $https.type "offload") (not .Values.global.onedata.publicUrl) }}
{{- fail "jupyterhub.proxy.https is on, so that the proxy sends everybody to HTTPS: servers and runs then need the name that its certificate is for. Set global.onedata.publicUrl, such as https://data.example.org." }}
{{- end }}
{{- end }}
