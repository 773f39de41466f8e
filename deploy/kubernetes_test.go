package deploy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// kustomization are the fields of a kustomization that ours uses.
type kustomization struct {
	metav1.TypeMeta `json:",inline"`
	Namespace       string   `json:"namespace"`
	Resources       []string `json:"resources"`
	Images          []struct {
		Name    string `json:"name"`
		NewName string `json:"newName"`
		NewTag  string `json:"newTag"`
	} `json:"images"`
}

// manifests are the objects of the folder, by kind and name.
type manifests map[string]any

// object decodes strictly: a field that Kubernetes does not know is an error.
func object(raw []byte) (kind, name string, decoded any, err error) {
	var meta struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta `json:"metadata"`
	}
	if err := yaml.Unmarshal(raw, &meta); err != nil {
		return "", "", nil, err
	}
	switch meta.APIVersion + " " + meta.Kind {
	case "v1 Namespace":
		decoded = &corev1.Namespace{}
	case "v1 ConfigMap":
		decoded = &corev1.ConfigMap{}
	case "v1 Secret":
		decoded = &corev1.Secret{}
	case "v1 Service":
		decoded = &corev1.Service{}
	case "apps/v1 Deployment":
		decoded = &appsv1.Deployment{}
	case "batch/v1 Job":
		decoded = &batchv1.Job{}
	case "batch/v1 CronJob":
		decoded = &batchv1.CronJob{}
	case "policy/v1 PodDisruptionBudget":
		decoded = &policyv1.PodDisruptionBudget{}
	case "networking.k8s.io/v1 NetworkPolicy":
		decoded = &networkingv1.NetworkPolicy{}
	case "kustomize.config.k8s.io/v1beta1 Kustomization":
		decoded = &kustomization{}
	default:
		return "", "", nil, errors.New("unknown kind " + meta.APIVersion + " " + meta.Kind)
	}
	return meta.Kind, meta.Metadata.Name, decoded, yaml.UnmarshalStrict(raw, decoded)
}

func readManifests(t *testing.T) manifests {
	t.Helper()
	files, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := manifests{}
	for _, file := range files {
		documents := kubeyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(read(t, file))))
		for {
			raw, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			kind, name, decoded, err := object(raw)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if _, twice := all[kind+" "+name]; twice {
				t.Errorf("%s: %s %s is there twice", file, kind, name)
			}
			all[kind+" "+name] = decoded
		}
	}
	return all
}

func get[T any](t *testing.T, all manifests, key string) *T {
	t.Helper()
	found, ok := all[key].(*T)
	if !ok {
		t.Fatalf("there is no %s", key)
	}
	return found
}

// pods are the templates of what runs, by name.
func pods(t *testing.T, all manifests) map[string]corev1.PodTemplateSpec {
	t.Helper()
	return map[string]corev1.PodTemplateSpec{
		"consumer": get[appsv1.Deployment](t, all, "Deployment suqiu").Spec.Template,
		"setup":    get[batchv1.Job](t, all, "Job suqiu-setup").Spec.Template,
		"watch":    get[appsv1.Deployment](t, all, "Deployment suqiu-watch").Spec.Template,
		"audit":    get[batchv1.CronJob](t, all, "CronJob suqiu-audit").Spec.JobTemplate.Spec.Template,
		"drop":     get[batchv1.CronJob](t, all, "CronJob suqiu-drop").Spec.JobTemplate.Spec.Template,
		"migrate":  get[batchv1.CronJob](t, all, "CronJob suqiu-migrate").Spec.JobTemplate.Spec.Template,
	}
}

func TestKubernetesFaultIsFound(t *testing.T) {
	if _, _, _, err := object([]byte("apiVersion: v1\nkind: Service\nspec: {port: 1}\n")); err == nil {
		t.Error("an unknown field passes")
	}
}

// Jobs run one at a time, in the zone of the calls, and a selector finds its pods.
func TestKubernetesJobs(t *testing.T) {
	all := readManifests(t)
	for _, name := range []string{"audit", "drop"} {
		job := get[batchv1.CronJob](t, all, "CronJob suqiu-"+name).Spec
		if job.ConcurrencyPolicy != batchv1.ForbidConcurrent || job.TimeZone == nil || *job.TimeZone != "Asia/Shanghai" ||
			job.JobTemplate.Spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
			t.Errorf("%s: %+v", name, job)
		}
	}
	if migrate := get[batchv1.CronJob](t, all, "CronJob suqiu-migrate").Spec; migrate.Suspend == nil || !*migrate.Suspend || migrate.ConcurrencyPolicy != batchv1.ForbidConcurrent {
		t.Error("months are made anew by themselves, or twice at a time")
	}
	watch := get[appsv1.Deployment](t, all, "Deployment suqiu-watch").Spec
	for key, value := range watch.Selector.MatchLabels {
		if watch.Template.Labels[key] != value {
			t.Errorf("the selector of watch wants %s=%s", key, value)
		}
	}
}

// kubectl apply -k applies every file but the template of the secrets, with an image whose build is known.
func TestKustomization(t *testing.T) {
	applied := get[kustomization](t, readManifests(t), "Kustomization ")
	list := applied.Resources
	for _, image := range applied.Images {
		if image.NewTag == "" || image.NewTag == "latest" {
			t.Errorf("image %s has the tag %q", image.Name, image.NewTag)
		}
	}
	files, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		want := name != "kustomization.yaml" && name != "secret.example.yaml"
		if slices.Contains(list, name) != want {
			t.Errorf("%s: applied %v, want %v", name, !want, want)
		}
	}
}

// Each container gets arguments, variables, a configuration and secrets that are there and that suqiu knows.
func TestKubernetesContainers(t *testing.T) {
	all := readManifests(t)
	config := filepath.Join(t.TempDir(), "suqiu.yaml")
	write(t, config, []byte(get[corev1.ConfigMap](t, all, "ConfigMap suqiu").Data["suqiu.yaml"]))
	for name, pod := range pods(t, all) {
		for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			t.Run(name+"/"+container.Name, func(t *testing.T) {
				if err := checkCommand(t, container.Args); err != nil {
					t.Error(err)
				}
				env := map[string]string{}
				for _, v := range container.Env {
					env[v.Name] = v.Value
					if v.ValueFrom == nil {
						continue
					}
					ref := v.ValueFrom.SecretKeyRef
					if _, ok := get[corev1.Secret](t, all, "Secret "+ref.Name).StringData[ref.Key]; !ok {
						t.Errorf("%s: secret %s has no %s", v.Name, ref.Name, ref.Key)
					}
				}
				if err := checkConfig(t, config, env); err != nil {
					t.Error(err)
				}
				paths := []string{env["SUQIU_CONFIG"]}
				for _, key := range []string{"dicts", "kafka.ca_file", "elasticsearch.ca_file"} {
					paths = append(paths, setting(t, config, key))
				}
				for _, path := range paths {
					if err := checkMounted(t, all, pod.Spec, container, path); err != nil {
						t.Error(err)
					}
				}
				keys := checkMounted(t, all, pod.Spec, container, setting(t, config, "mask.key_file"))
				if needed := needsKeys(container.Args); needed != (keys == nil) {
					t.Errorf("the keys of pseudonyms: needed %v, mounted: %v", needed, keys)
				}
				checkConfined(t, pod.Spec, container)
			})
		}
	}
}

// checkMounted reports unless the container sees something at path that the folder's manifests provide.
func checkMounted(t *testing.T, all manifests, pod corev1.PodSpec, c corev1.Container, path string) error {
	t.Helper()
	for _, mount := range c.VolumeMounts {
		key, inside := strings.CutPrefix(path, mount.MountPath)
		if !inside {
			continue
		}
		if key = strings.TrimPrefix(key, "/"); key == "" {
			key = mount.SubPath
		}
		i := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		if i < 0 {
			return fmt.Errorf("%s: there is no volume %s", path, mount.Name)
		}
		if m := pod.Volumes[i].ConfigMap; m != nil {
			if _, ok := get[corev1.ConfigMap](t, all, "ConfigMap "+m.Name).Data[key]; !ok && key != "" {
				return fmt.Errorf("%s: config map %s has no %s", path, m.Name, key)
			}
			return nil
		}
		secret := pod.Volumes[i].Secret
		if items := secret.Items; len(items) > 0 {
			j := slices.IndexFunc(items, func(item corev1.KeyToPath) bool { return item.Path == key })
			if j < 0 {
				return fmt.Errorf("%s: the volume leaves out %s", path, key)
			}
			key = items[j].Key
		}
		if _, ok := get[corev1.Secret](t, all, "Secret "+secret.SecretName).StringData[key]; !ok {
			return fmt.Errorf("%s: secret %s has no %s", path, secret.SecretName, key)
		}
		return nil
	}
	return fmt.Errorf("nothing is mounted at %s", path)
}

// Each container works in Elasticsearch by an account of the role that the operator's guide gives its command: the Secrets are
// named for the roles, and so is the account of the consumers in the configuration.
func TestKubernetesRoles(t *testing.T) {
	all := readManifests(t)
	roles := guideRoles(t, "../docs/operation.md")
	config := filepath.Join(t.TempDir(), "suqiu.yaml")
	write(t, config, []byte(get[corev1.ConfigMap](t, all, "ConfigMap suqiu").Data["suqiu.yaml"]))
	want := map[string]string{"index setup": "suqiu-setup", "index drop": "suqiu-migrate", "index migrate": "suqiu-migrate"}
	for name, pod := range pods(t, all) {
		for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			role, ok := want[strings.Join(container.Args, " ")]
			if !ok && slices.Contains([]string{"serve", "watch", "audit"}, container.Args[0]) {
				role, ok = setting(t, config, "elasticsearch.username"), true
			}
			if !ok {
				continue // of Kafka alone
			}
			if _, ok := roles[role]; !ok {
				t.Errorf("the guide has no role %s", role)
			}
			for _, v := range container.Env {
				if strings.HasPrefix(v.Name, "SUQIU_ELASTICSEARCH_") && v.ValueFrom.SecretKeyRef.Name != role {
					t.Errorf("%s/%s: %s is of %s, not of %s", name, container.Name, v.Name, v.ValueFrom.SecretKeyRef.Name, role)
				}
			}
		}
	}
	if text := read(t, "systemd/suqiu-drop.env.example"); !bytes.Contains(text, []byte("role suqiu-migrate ")) {
		t.Errorf("the variables of systemd's drop name another role:\n%s", text)
	}
}

// checkConfined checks what the pod security standard "restricted", which the namespace enforces, asks for.
func checkConfined(t *testing.T, pod corev1.PodSpec, c corev1.Container) {
	t.Helper()
	outer, inner := pod.SecurityContext, c.SecurityContext
	if outer == nil || outer.RunAsNonRoot == nil || !*outer.RunAsNonRoot || outer.SeccompProfile == nil || outer.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Error("the pod may run as root or without seccomp")
	}
	if inner == nil || inner.AllowPrivilegeEscalation == nil || *inner.AllowPrivilegeEscalation || !*inner.ReadOnlyRootFilesystem ||
		!slices.Contains(inner.Capabilities.Drop, "ALL") {
		t.Error("the container has privileges")
	}
	if c.Resources.Requests.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() || c.Resources.Limits.Memory().IsZero() {
		t.Error("no request or no limit of memory")
	}
}

// The labels by which objects find the pods, and the port that suqiu listens on, are the same everywhere.
func TestKubernetesFitsTogether(t *testing.T) {
	all := readManifests(t)
	deployment := get[appsv1.Deployment](t, all, "Deployment suqiu")
	watch := get[appsv1.Deployment](t, all, "Deployment suqiu-watch")
	budget := get[policyv1.PodDisruptionBudget](t, all, "PodDisruptionBudget suqiu").Spec
	watchBudget := get[policyv1.PodDisruptionBudget](t, all, "PodDisruptionBudget suqiu-watch").Spec
	for name, template := range pods(t, all) {
		for _, tt := range []struct {
			object, of string
			selector   map[string]string
		}{
			{"Deployment", "consumer", deployment.Spec.Selector.MatchLabels},
			{"PodDisruptionBudget", "consumer", budget.Selector.MatchLabels},
			{"Service", "consumer", get[corev1.Service](t, all, "Service suqiu").Spec.Selector},
			{"spread", "consumer", deployment.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels},
			{"PodDisruptionBudget of watch", "watch", watchBudget.Selector.MatchLabels},
			{"spread of watch", "watch", watch.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels},
		} {
			found := len(tt.selector) > 0
			for key, value := range tt.selector {
				found = found && template.Labels[key] == value
			}
			if found != (name == tt.of) {
				t.Errorf("%s finds the pods of %s: %v", tt.object, name, found)
			}
		}
	}
	for _, b := range []policyv1.PodDisruptionBudgetSpec{budget, watchBudget} {
		if b.MaxUnavailable == nil || b.MaxUnavailable.IntValue() != 1 {
			t.Errorf("a drain may take %v pods at once", b.MaxUnavailable)
		}
	}
	config := filepath.Join(t.TempDir(), "suqiu.yaml")
	write(t, config, []byte(get[corev1.ConfigMap](t, all, "ConfigMap suqiu").Data["suqiu.yaml"]))
	container := deployment.Spec.Template.Spec.Containers[0]
	if listen := setting(t, config, "listen"); listen != "0.0.0.0:9598" || container.Ports[0].ContainerPort != 9598 {
		t.Errorf("listens on %s, the container's port is %d", listen, container.Ports[0].ContainerPort)
	}
	for name, probe := range map[string]*corev1.Probe{"/livez": container.LivenessProbe, "/readyz": container.ReadinessProbe} {
		if probe.HTTPGet.Path != name || probe.HTTPGet.Port.StrVal != container.Ports[0].Name {
			t.Errorf("probe %s asks %s at %s", name, probe.HTTPGet.Path, probe.HTTPGet.Port.StrVal)
		}
	}
	if container.StartupProbe == nil {
		t.Error("a pod that starts while the store is away would be killed")
	}
}
