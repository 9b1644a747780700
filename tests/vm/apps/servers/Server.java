// SPDX-License-Identifier: GPL-2.0-or-later
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A thread for each connection, as old Java servers have it. */
public class Server {
	public static void main(String[] args) throws Exception {
		try (ServerSocket l = new ServerSocket(Integer.parseInt(args[0]), 50,
						       InetAddress.getByName("127.0.0.1"))) {
			for (;;) {
				Socket s = l.accept();
				new Thread(() -> serve(s)).start();
			}
		}
	}

	private static void serve(Socket s) {
		try (s) {
			s.getInputStream().transferTo(s.getOutputStream());
		} catch (java.io.IOException e) {
			System.err.println(e);
		}
	}
}
