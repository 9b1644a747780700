// SPDX-License-Identifier: GPL-2.0-or-later
// A server and its clients in Go: goroutines on few threads, non-blocking sockets.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

func serve(c net.Conn) {
	io.Copy(c, c)
	c.Close()
}

func call(address string, wait *sync.WaitGroup) {
	defer wait.Done()
	c, err := net.Dial("tcp", address)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprintln(c, "hello")
	c.(*net.TCPConn).CloseWrite()
	io.ReadAll(c)
	c.Close()
}

// server PORT: until it is killed; server PORT COUNT: so many clients at once
func main() {
	var wait sync.WaitGroup
	address := "127.0.0.1:" + os.Args[1]
	if len(os.Args) > 2 {
		count := 0
		fmt.Sscan(os.Args[2], &count)
		for i := 0; i < count; i++ {
			wait.Add(1)
			go call(address, &wait)
		}
		wait.Wait()
		return
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go serve(c)
	}
}
