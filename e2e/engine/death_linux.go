package engine

import "syscall"

// dieWithParent lets the kernel kill the child when this process ends, however it ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
