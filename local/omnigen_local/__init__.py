"""The whole product on one machine: emulator, provisioning, provider simulator, demo."""
