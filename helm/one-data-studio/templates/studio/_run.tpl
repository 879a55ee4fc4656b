{{- /* What the pod of a run has, in KubeSpawner's terms: what the hub gives to the server of the same person. */}}
{{- define "onedata.run.pod" -}}
{{- $hub := .Values.jupyterhub -}}
{{- $server := $hub.singleuser -}}
{{- $storage := $server.storage | default dict -}}
{{- $kind := dig "type" "dynamic" $storage -}}
{{- $home := dig "homeMountPath" "/home/jovyan" $storage -}}
image: {{ list $server.image.name $server.image.tag | compact | join ":" | quote }}
{{- with dig "image" "pullPolicy" "" $server }}
image_pull_policy: {{ . }}
{{- end }}
{{- with concat (dig "imagePullSecrets" list $hub | default list) (dig "image" "pullSecrets" list $server | default list) }}
image_pull_secrets: {{ toJson . }}
{{- end }}
uid: {{ dig "uid" 1000 $server }}
fs_gid: {{ dig "fsGid" 100 $server }}
{{- range $name, $value := dict "mem_limit" (dig "memory" "limit" "" $server) "mem_guarantee" (dig "memory" "guarantee" "" $server) "cpu_limit" (dig "cpu" "limit" "" $server) "cpu_guarantee" (dig "cpu" "guarantee" "" $server) }}
{{- with $value }}
{{ $name }}: {{ . }}
{{- end }}
{{- end }}
{{- with dig "nodeSelector" dict $server }}
node_selector: {{ toJson . }}
{{- end }}
{{- with concat (dig "scheduling" "userPods" "tolerations" list $hub) (dig "extraTolerations" list $server) }}
tolerations: {{ toJson . }}
{{- end }}
{{- if dig "scheduling" "userScheduler" "enabled" false $hub }}
scheduler_name: {{ include "jupyterhub.user-scheduler-deploy.fullname" . }}
{{- end }}
environment:
  ONEDATA_CACHE_DIR: /tmp/onedata-cache
  {{- range $name, $value := dig "extraEnv" dict $server }}
  {{ $name }}: {{ toJson $value }}
  {{- end }}
{{- if eq $kind "dynamic" }}
pvc_name_template: {{ dig "dynamic" "pvcNameTemplate" "" $storage | default "claim-{user_server}" | quote }}
# A run of somebody who never had a server makes the home, as the hub would.
storage_pvc_ensure: true
storage_capacity: {{ dig "capacity" "10Gi" $storage | quote }}
storage_access_modes: {{ dig "dynamic" "storageAccessModes" (list "ReadWriteOnce") $storage | toJson }}
{{- with dig "dynamic" "storageClass" "" $storage }}
storage_class: {{ . | quote }}
{{- end }}
storage_extra_labels: {{ dig "extraLabels" dict $storage | default dict | toJson }}
common_labels: {{ include "onedata.run.labels" . }}
{{- end }}
volumes:
  {{- if eq $kind "dynamic" }}
  home: {name: home, persistentVolumeClaim: {claimName: "{pvc_name}"}}
  {{- else if eq $kind "static" }}
  home: {name: home, persistentVolumeClaim: {claimName: {{ $storage.static.pvcName | quote }}}}
  {{- end }}
  {{- if eq .Values.global.onedata.objects.type "pvc" }}
  objects: {name: objects, persistentVolumeClaim: {claimName: {{ include "onedata.objects.claim" . }}}}
  {{- end }}
  {{- range $name, $volume := include "onedata.run.map" (dig "extraVolumes" nil $storage) | fromJson }}
  {{ $name }}: {{ toJson $volume }}
  {{- end }}
volume_mounts:
  {{- if eq $kind "dynamic" }}
  home: {name: home, mountPath: {{ $home }}{{ with dig "dynamic" "subPath" "" $storage }}, subPath: {{ . | quote }}{{ end }}}
  {{- else if eq $kind "static" }}
  home: {name: home, mountPath: {{ $home }}, subPath: {{ dig "static" "subPath" "{username}" $storage | quote }}}
  {{- end }}
  {{- if eq .Values.global.onedata.objects.type "pvc" }}
  objects: {name: objects, mountPath: {{ include "onedata.folder" . }}/objects}
  {{- end }}
  {{- range $name, $mount := include "onedata.run.map" (dig "extraVolumeMounts" nil $storage) | fromJson }}
  {{ $name }}: {{ toJson $mount }}
  {{- end }}
{{- end }}

{{- /* The labels of all that the hub's chart has KubeSpawner make. */}}
{{- define "onedata.run.labels" -}}
{{- $name := .Values.jupyterhub.nameOverride | default "jupyterhub" -}}
{{- $labels := dict "app" $name "app.kubernetes.io/name" $name "app.kubernetes.io/managed-by" "kubespawner" -}}
{{- $_ := merge $labels (dict "release" .Release.Name "app.kubernetes.io/instance" .Release.Name) -}}
{{- with .Subcharts.jupyterhub -}}
{{- $chart := printf "jupyterhub-%s" (.Chart.Version | replace "+" "_") -}}
{{- $_ := merge $labels (dict "chart" $chart "helm.sh/chart" $chart) -}}
{{- end -}}
{{- toJson $labels -}}
{{- end }}

{{- /* A list or a map as a map: the hub's chart takes either. */}}
{{- define "onedata.run.map" -}}
{{- if kindIs "slice" . -}}
{{- $made := dict -}}
{{- range $place, $one := . }}{{ $_ := set $made (printf "extra-%d" $place) $one }}{{ end -}}
{{- toJson $made -}}
{{- else -}}
{{- toJson (. | default dict) -}}
{{- end -}}
{{- end }}
