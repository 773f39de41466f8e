//go:build unix && !linux

package engine

import "syscall"

// dieWithParent does nothing where the kernel has no such means: a killed test leaves its servers running.
func dieWithParent(*syscall.SysProcAttr) {}
