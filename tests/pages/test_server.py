import socket

from pages.shared.server import send_at_once


def test_what_is_sent_to_a_visitor_is_not_held_back():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as visitor:
            assert visitor.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_it_found_still_listens_afterwards():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        send_at_once()
        with socket.create_connection(listening.getsockname()) as visitor, listening.accept()[0] as accepted:
            visitor.sendall(b"7")
            assert accepted.recv(1) == b"7"
