//go:build unix
package e2e
import ("testing";"os";"strconv")
func TestZZGen(t *testing.T){
 n,_:=strconv.Atoi(os.Getenv("GEN_N"))
 in:=&input{7,n}
 f,_:=os.Create(os.Getenv("GEN_OUT"))
 all:=in.deliveries()
 if err:=in.write(f,all);err!=nil{t.Fatal(err)}
 f.Close()
 t.Log(len(all))
}
