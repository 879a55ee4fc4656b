"""Servers as pods: KubeSpawner with starts that are checked, told of in words, and put where they belong."""
