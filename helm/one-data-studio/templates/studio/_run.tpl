{{- /*
What the pod of a run has, in KubeSpawner's terms: what the hub gives to the server of the same person. It follows
the configuration of the hub's own chart, setting by setting; what concerns a server alone is not for a run.
*/}}
{{- define "onedata.run.pod" -}}
{{- $hub := .Values.jupyterhub -}}
{{- $server := $hub.singleuser -}}
{{- $made := dict "uid" 1000 "fs_gid" 100 -}}
{{- range $name, $path := include "onedata.run.names" . | fromYaml -}}
{{- with index (include "onedata.run.at" (list $server $path) | fromJson) "found" -}}
{{- $_ := set $made $name . -}}
{{- end -}}
{{- end -}}
{{- $_ := set $made "image" (list $server.image.name $server.image.tag | compact | join ":") -}}
{{- with include "onedata.run.pullSecrets" . | fromJsonArray }}{{ $_ := set $made "image_pull_secrets" . }}{{ end -}}
{{- $_ := set $made "tolerations" (concat (dig "scheduling" "userPods" "tolerations" list $hub) (dig "extraTolerations" list $server)) -}}
{{- /* The hub's policy lets those with this label in, and a run has no business there. */ -}}
{{- $_ := set $made "extra_labels" (omit (dig "extraLabels" dict $server | default dict) "hub.jupyter.org/network-access-hub") -}}
{{- $_ := set $made "environment" (merge dict (dig "extraEnv" dict $server | default dict) (dict "ONEDATA_CACHE_DIR" "/tmp/onedata-cache")) -}}
{{- $made = merge (include "onedata.run.place" . | fromYaml) $made -}}
{{- $made = merge (include "onedata.run.storage" . | fromYaml) $made -}}
{{- /* What is set for KubeSpawner itself comes last, as in the hub. */ -}}
{{- $own := pick (dig "hub" "config" "KubeSpawner" dict $hub | default dict) "image" "image_pull_policy" "image_pull_secrets" "node_selector" "tolerations" "scheduler_name" "priority_class_name" "service_account" "environment" "init_containers" "cpu_limit" "cpu_guarantee" "mem_limit" "mem_guarantee" "extra_resource_limits" "extra_resource_guarantees" "extra_labels" "extra_annotations" "uid" "gid" "fs_gid" "supplemental_gids" "pvc_name_template" "storage_class" "storage_capacity" "storage_access_modes" "storage_selector" "storage_extra_labels" "storage_extra_annotations" "node_affinity_required" "node_affinity_preferred" "pod_affinity_required" "pod_affinity_preferred" "pod_anti_affinity_required" "pod_anti_affinity_preferred" "container_security_context" "pod_security_context" "extra_container_config" "extra_pod_config" -}}
{{- range $name, $value := $own }}{{ $_ := set $made $name $value }}{{ end -}}
{{- toYaml $made -}}
{{- end }}

{{- /* KubeSpawner's settings, and the values of singleuser that they are of. */}}
{{- define "onedata.run.names" -}}
image_pull_policy: image.pullPolicy
uid: uid
fs_gid: fsGid
service_account: serviceAccountName
extra_annotations: extraAnnotations
node_selector: nodeSelector
node_affinity_required: extraNodeAffinity.required
node_affinity_preferred: extraNodeAffinity.preferred
pod_affinity_required: extraPodAffinity.required
pod_affinity_preferred: extraPodAffinity.preferred
pod_anti_affinity_required: extraPodAntiAffinity.required
pod_anti_affinity_preferred: extraPodAntiAffinity.preferred
init_containers: initContainers
mem_limit: memory.limit
mem_guarantee: memory.guarantee
cpu_limit: cpu.limit
cpu_guarantee: cpu.guarantee
extra_resource_limits: extraResource.limits
extra_resource_guarantees: extraResource.guarantees
extra_pod_config: extraPodConfig
{{- end }}

{{- /* A value below another by its path, as JSON: (list .Values "image.pullPolicy"). */}}
{{- define "onedata.run.at" -}}
{{- $found := index . 0 -}}
{{- range splitList "." (index . 1) }}{{ $found = get ($found | default dict) . }}{{ end -}}
{{- dict "found" $found | toJson -}}
{{- end }}

{{- define "onedata.run.pullSecrets" -}}
{{- $hub := .Values.jupyterhub -}}
{{- $made := list -}}
{{- if and .Values.jupyterhub.enabled (dig "imagePullSecret" "create" false $hub) (dig "imagePullSecret" "automaticReferenceInjection" true $hub) -}}
{{- $made = append $made (include "jupyterhub.image-pull-secret.fullname" .) -}}
{{- end -}}
{{- concat $made (dig "imagePullSecrets" list $hub | default list) (dig "image" "pullSecrets" list $hub.singleuser | default list) | toJson -}}
{{- end }}

{{- /* Who places the pod, before which others, and on which nodes. */}}
{{- define "onedata.run.place" -}}
{{- $scheduling := .Values.jupyterhub.scheduling | default dict -}}
{{- if and .Values.jupyterhub.enabled (dig "userScheduler" "enabled" false $scheduling) }}
scheduler_name: {{ include "jupyterhub.user-scheduler.fullname" . }}
{{- end }}
{{- if and .Values.jupyterhub.enabled (dig "podPriority" "enabled" false $scheduling) }}
priority_class_name: {{ include "jupyterhub.priority.fullname" . }}
{{- end }}
{{- $purpose := dig "userPods" "nodeAffinity" "matchNodePurpose" "" $scheduling -}}
{{- $ofUsers := dict "matchExpressions" (list (dict "key" "hub.jupyter.org/node-purpose" "operator" "In" "values" (list "user"))) -}}
{{- $given := dig "extraNodeAffinity" dict .Values.jupyterhub.singleuser | default dict -}}
{{- if eq $purpose "prefer" }}
node_affinity_preferred: {{ append ($given.preferred | default list) (dict "weight" 100 "preference" $ofUsers) | toJson }}
{{- else if eq $purpose "require" }}
node_affinity_required: {{ append ($given.required | default list) $ofUsers | toJson }}
{{- end }}
{{- end }}

{{- /* The home and all else that is mounted. */}}
{{- define "onedata.run.storage" -}}
{{- $server := .Values.jupyterhub.singleuser -}}
{{- $storage := $server.storage | default dict -}}
{{- $kind := dig "type" "dynamic" $storage -}}
{{- $home := dig "homeMountPath" "/home/jovyan" $storage -}}
{{- $files := dig "extraFiles" dict $server | default dict -}}
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
  {{- if and $files .Values.jupyterhub.enabled }}
  files:
    name: files
    secret:
      secretName: {{ include "jupyterhub.singleuser.fullname" . }}
      items:
        {{- range $key, $file := $files }}
        - {key: {{ $key | quote }}, path: {{ $key | quote }}{{ with $file.mode }}, mode: {{ . }}{{ end }}}
        {{- end }}
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
  {{- if .Values.jupyterhub.enabled }}
  {{- range $key, $file := $files }}
  {{ printf "files-%s" $key | quote }}: {name: files, mountPath: {{ $file.mountPath | quote }}, subPath: {{ $key | quote }}}
  {{- end }}
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
