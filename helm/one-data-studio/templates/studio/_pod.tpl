{{- /* A studio pod: (dict "root" . "component" "studio-api" "parts" (list "api") "size" .Values.studio.api). */}}
{{- define "onedata.studio.pod" -}}
{{- $values := .root.Values.studio -}}
{{- $objects := .root.Values.global.onedata.objects -}}
{{- $sqlite := eq .root.Values.database.type "sqlite" -}}
{{- $folder := include "onedata.folder" .root -}}
metadata:
  labels:
    {{- include "onedata.matchLabels" . | nindent 4 }}
    # The hub's network policy lets in those with this label.
    hub.jupyter.org/network-access-hub: "true"
  annotations:
    checksum/config: {{ include (print .root.Template.BasePath "/studio/secret.yaml") .root | sha256sum }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ .serviceAccount }}
  automountServiceAccountToken: true
  securityContext:
    {{- include "onedata.podSecurity" .root | nindent 4 }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if gt (int .size.replicas) 1 }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "onedata.matchLabels" . | nindent 10 }}
  {{- end }}
  initContainers:
    # The tables are brought to their newest form by whichever pod comes first.
    - name: migrate
      image: {{ include "onedata.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: [python3, -m, onedata_hub.studio, migrate, --wait]
      workingDir: /tmp
      env:
        {{- include "onedata.database.env" (dict "root" .root "service" "studio") | nindent 8 }}
      resources:
        {{- toYaml .size.resources | nindent 8 }}
      securityContext:
        {{- include "onedata.containerSecurity" .root | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- if $sqlite }}
        - {name: studio, mountPath: {{ $folder }}/studio}
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  containers:
    - name: studio
      image: {{ include "onedata.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: [python3, -m, onedata_hub.studio]
      workingDir: /tmp
      ports:
        - name: http
          containerPort: {{ include "onedata.port" .root }}
      env:
        {{- include "onedata.hub.env" (dict "root" .root "service" "studio") | nindent 8 }}
        {{- include "onedata.database.env" (dict "root" .root "service" "studio") | nindent 8 }}
        {{- include "onedata.studio.env" . | nindent 8 }}
        {{- include "onedata.s3.env" .root | nindent 8 }}
        {{- include "onedata.extraEnv" $values.extraEnv | nindent 8 }}
      {{- with $values.extraEnvFromSecret }}
      envFrom:
        - secretRef:
            name: {{ . }}
      {{- end }}
      startupProbe:
        httpGet: {path: /services/studio/health/live, port: http}
        periodSeconds: 1
        failureThreshold: 120
      livenessProbe:
        httpGet: {path: /services/studio/health/live, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /services/studio/health/ready, port: http}
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- toYaml .size.resources | nindent 8 }}
      securityContext:
        {{- include "onedata.containerSecurity" .root | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: secrets, mountPath: {{ $folder }}/secrets, readOnly: true}
        - {name: config, mountPath: {{ $folder }}/config, readOnly: true}
        {{- if $sqlite }}
        - {name: studio, mountPath: {{ $folder }}/studio}
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- if eq $objects.type "pvc" }}
        - {name: objects, mountPath: {{ $folder }}/objects}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    - name: secrets
      secret:
        secretName: {{ include "onedata.secret.name" .root }}
        items:
          - {key: studio-cookie-secret, path: studio-cookie-secret}
    - name: config
      secret:
        secretName: {{ include "onedata.studio.name" .root }}
    {{- if $sqlite }}
    - name: studio
      persistentVolumeClaim:
        claimName: {{ include "onedata.studio.name" .root }}
    {{- end }}
    {{- if eq $objects.type "pvc" }}
    - name: objects
      persistentVolumeClaim:
        claimName: {{ include "onedata.objects.claim" .root }}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "onedata.studio.env" -}}
{{- $folder := include "onedata.folder" .root -}}
- name: ONEDATA_STUDIO_PARTS
  value: {{ toJson .parts | quote }}
- name: ONEDATA_STUDIO_OBJECTS_URL
  {{- if eq .root.Values.global.onedata.objects.type "s3" }}
  value: {{ include "onedata.s3Url" (dict "root" .root "place" "objects") | quote }}
  {{- else }}
  value: file://{{ $folder }}/objects
  {{- end }}
- name: ONEDATA_STUDIO_PUBLIC_URL
  value: {{ include "onedata.publicUrl" .root }}/services/studio
- name: ONEDATA_STUDIO_MLFLOW_URL
  value: {{ include "onedata.publicUrl" .root }}/services/mlflow
- name: ONEDATA_STUDIO_COOKIE_SECRET_FILE
  value: {{ $folder }}/secrets/studio-cookie-secret
- name: ONEDATA_STUDIO_PROFILES_FILE
  value: {{ $folder }}/config/profiles.yaml
- name: ONEDATA_STUDIO_IDENTITY_CACHE_SECONDS
  value: {{ .root.Values.global.onedata.identityCacheSeconds | quote }}
- name: ONEDATA_STUDIO_MAX_BODY_BYTES
  value: {{ .root.Values.studio.maxBodyBytes | int64 | quote }}
- name: ONEDATA_STUDIO_COMPUTE
  value: kubernetes
{{- with .root.Values.global.onedata.namespaces }}
- name: ONEDATA_STUDIO_KUBERNETES_NAMESPACES
  value: {{ toJson . | quote }}
{{- end }}
- name: ONEDATA_STUDIO_KUBERNETES_POD_FILE
  value: {{ $folder }}/config/pod.yaml
- name: ONEDATA_STUDIO_KUBERNETES_JOB_TTL_SECONDS
  value: {{ .root.Values.studio.jobs.keepSeconds | int64 | quote }}
{{- if has "jobs" .parts }}
- name: ONEDATA_STUDIO_JOBS_MAX_RUNNING
  value: {{ .root.Values.studio.jobs.maxRunning | quote }}
{{- end }}
- name: ONEDATA_STUDIO_METRICS_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ include "onedata.secret.name" .root }}
      key: metrics-token
{{- end }}
