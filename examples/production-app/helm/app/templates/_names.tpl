{{/* What makes the pods of this release different from those of the canary beside it. */}}
{{- define "app.selector" -}}
app.kubernetes.io/name: {{ .Values.appName }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "app.track" -}}
{{ ternary "canary" "stable" .Values.canary.enabled }}
{{- end }}

{{- define "app.labels" -}}
{{ include "app.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app: {{ .Values.appName }}
track: {{ include "app.track" . }}
{{- end }}
